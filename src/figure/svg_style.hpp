// How roles look in SVG: colours that the colour-blind tell apart, of different lightness, on white
// and on black; dashes and shapes that differ too, so that a figure holds in grey.
#pragma once

#include <array>
#include <string_view>

#include "isoflop/figure/figure.hpp"

namespace isoflop::detail {

/// Classes: f-ROLE and s-ROLE fill and stroke, fgN and sgN by place in a ramp of kNumShades.
inline constexpr std::string_view kSvgStyle =
    R"(.isofig{background:#fff;max-width:100%;height:auto}
.isofig text{font:12px Helvetica,Arial,'Liberation Sans',sans-serif;fill:#1f2328}
.isofig .title{font-size:15px;font-weight:bold}.isofig .head{font-weight:bold}.isofig .soft{fill:#59636e}
.isofig path,.isofig line,.isofig .hollow{fill:none;stroke-width:1.8;stroke-linejoin:round}
.isofig path.crowd{stroke-width:4;stroke-linecap:round;stroke-opacity:.35}.isofig .thin{stroke-width:1.1}.isofig path.s-optimum{stroke-width:2.8}
.isofig .bg{fill:#fff}.isofig .covered{fill:#eef1f4}.isofig .grid{stroke:#d8dee4;stroke-width:1}
.isofig .frame,.isofig .tick{stroke:#8c959f;stroke-width:1;fill:none}.isofig .dot{stroke:#fff;stroke-width:.7}
.isofig .f-curve_band{fill-opacity:.32}.isofig .f-new_run_band{fill-opacity:.14}
)";
inline constexpr std::string_view kSvgDarkStyle =
    R"(.isofig{background:#14181d}.isofig text{fill:#e6eaee}.isofig .soft{fill:#a3adb8}
.isofig .bg{fill:#14181d}.isofig .covered{fill:#222a33}.isofig .grid{stroke:#313a44}
.isofig .frame,.isofig .tick{stroke:#7a8591}.isofig .dot{stroke:#14181d}
)";

struct RoleLook {
  Role role;
  std::string_view on_white, on_black, dashes, shape;
};
/// Corners of shapes in tenths of their size; "" is a disc.
inline constexpr std::string_view
    kDiamond = "0,-15 15,0 0,15 -15,0",
    kTriangle = "0,-15 14,11 -14,11", kSquare = "-11,-11 11,-11 11,11 -11,11",
    kTurned = "0,15 14,-11 -14,-11",
    kCross = "-4,-17 4,-17 4,-4 17,-4 17,4 4,4 4,17 -4,17 -4,4 -17,4 -17,-4 -4,-4",
    kStar = "0,-21 5,-7 20,-7 9,3 12,17 0,9 -12,17 -9,3 -20,-7 -5,-7";
inline constexpr std::array<RoleLook, kRoles.size()> kRoleLooks{
    {{Role::kData, "#33383e", "#dfe4e9", "", ""},
     {Role::kOtherData, "#8c959f", "#8c959f", "", ""},
     {Role::kLaw, "#0b4f8a", "#6cb2f0", "", ""},
     {Role::kOptimum, "#c8500a", "#ff9a4d", "", ""},
     {Role::kCurveBand, "#0b4f8a", "#6cb2f0", "", ""},
     {Role::kNewRunBand, "#6f9cc4", "#6f9cc4", "", ""},
     {Role::kTarget, "#c8500a", "#ff9a4d", "", ""},
     {Role::kVertex, "#c8500a", "#ff9a4d", "", kDiamond},
     {Role::kCorrected, "#0f8a73", "#45c9ac", "7 3", kTriangle},
     {Role::kDraws, "#8d9fb3", "#5d7189", "", ""},
     {Role::kEstimate, "#0b4f8a", "#6cb2f0", "", kCross},
     {Role::kReference, "#59636e", "#a3adb8", "5 4", ""},
     {Role::kFirst, "#1f2f66", "#a9b8f5", "", ""},
     {Role::kSecond, "#e08a1e", "#f0a63c", "7 3", kSquare},
     {Role::kThird, "#1f8f7a", "#2fae95", "2 2.5", kTriangle},
     {Role::kFourth, "#7fc1e8", "#d3ecfb", "9 3 2 3", kDiamond},
     {Role::kFifth, "#93357a", "#c05aa3", "4 2", kTurned},
     {Role::kSixth, "#6b7078", "#858c95", "1 2", kCross}}};
constexpr const RoleLook& look_of(Role role) { return kRoleLooks[static_cast<std::size_t>(role)]; }

/// Of shaded lines, which share a role: one after the other.
inline constexpr std::array<std::string_view, 5> kLineDashes{"", "7 3", "2 2.5", "9 3 2 3", "4 2"};

/// The ramp rises in darkness on white and in light on black.
inline constexpr int kNumShades = 9;
inline constexpr std::array<std::string_view, kNumShades> kRampOnWhite{
    "#6fb4cd", "#57a2c3", "#438fb8", "#387bab", "#34679b",
    "#355287", "#343d6d", "#2c2a52", "#1d1836"};
inline constexpr std::array<std::string_view, kNumShades> kRampOnBlack{
    "#3f6aa8", "#4a7cb4", "#578ebd", "#67a0c5", "#7ab2cc",
    "#91c3d2", "#acd4da", "#cae4e5", "#eaf5f3"};

}  // namespace isoflop::detail
