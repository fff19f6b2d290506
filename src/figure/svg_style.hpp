// How roles look in SVG: colours that the colour-blind tell apart, of different lightness, with
// dashes and shapes that differ too, so that a figure holds in grey; and the same for dark mode.
#pragma once

#include <string_view>

namespace isoflop::detail {

/// Classes: fN and sN fill and stroke by role, gN by place in a ramp of kNumShades.
inline constexpr int kNumShades = 9;
inline constexpr std::string_view kSvgStyle =
    R"(.isofig{background:#fff;max-width:100%;height:auto}
.isofig text{font:12px Helvetica,Arial,'Liberation Sans',sans-serif;fill:#1f2328}
.isofig .title{font-size:15px;font-weight:bold}
.isofig .head{font-weight:bold}
.isofig .soft{fill:#59636e}
.isofig path,.isofig line,.isofig .hollow{fill:none;stroke-width:1.8;stroke-linejoin:round}
.isofig .bg{fill:#fff}.isofig .covered{fill:#eef1f4}
.isofig .frame,.isofig .tick{stroke:#8c959f;stroke-width:1;fill:none}
.isofig .grid{stroke:#d8dee4;stroke-width:1}
.isofig .dot{stroke:#fff;stroke-width:.7}
.isofig .thin{stroke-width:1.1}.isofig path.s-optimum{stroke-width:2.8}
.isofig .band{stroke:none}
.isofig .f-data{fill:#33383e}.isofig .s-data{stroke:#33383e}
.isofig .f-other_data{fill:#8c959f}.isofig .s-other_data{stroke:#8c959f}
.isofig .f-law,.isofig .f-estimate{fill:#0b4f8a}.isofig .s-law,.isofig .s-estimate{stroke:#0b4f8a}
.isofig .f-optimum{fill:#c8500a}.isofig .s-optimum{stroke:#c8500a}
.isofig .f-curve_band{fill:#0b4f8a;fill-opacity:.32}.isofig .f-new_run_band{fill:#0b4f8a;fill-opacity:.14}
.isofig .s-curve_band{stroke:#0b4f8a}.isofig .s-new_run_band{stroke:#6f9cc4}
.isofig .f-target{fill:#c8500a}.isofig .s-target{stroke:#c8500a}
.isofig .f-vertex{fill:#c8500a}.isofig .s-vertex{stroke:#c8500a}
.isofig .f-corrected{fill:#0f8a73}.isofig .s-corrected{stroke:#0f8a73}
.isofig .f-draws{fill:#8d9fb3}.isofig .s-draws{stroke:#8d9fb3}
.isofig .f-reference{fill:#59636e}.isofig .s-reference{stroke:#59636e}
.isofig .f-first{fill:#1f2f66}.isofig .s-first{stroke:#1f2f66}
.isofig .f-second{fill:#e08a1e}.isofig .s-second{stroke:#e08a1e}
.isofig .f-third{fill:#1f8f7a}.isofig .s-third{stroke:#1f8f7a}
.isofig .f-fourth{fill:#7fc1e8}.isofig .s-fourth{stroke:#7fc1e8}
.isofig .f-fifth{fill:#93357a}.isofig .s-fifth{stroke:#93357a}
.isofig .f-sixth{fill:#6b7078}.isofig .s-sixth{stroke:#6b7078}
)";

/// The ramp rises in darkness on white and in light on black.
inline constexpr std::string_view kRampOnWhite[kNumShades] = {"#6fb4cd", "#57a2c3", "#438fb8",
                                                              "#387bab", "#34679b", "#355287",
                                                              "#343d6d", "#2c2a52", "#1d1836"};
inline constexpr std::string_view kRampOnBlack[kNumShades] = {"#3f6aa8", "#4a7cb4", "#578ebd",
                                                              "#67a0c5", "#7ab2cc", "#91c3d2",
                                                              "#acd4da", "#cae4e5", "#eaf5f3"};

inline constexpr std::string_view kSvgDarkStyle =
    R"(.isofig{background:#14181d}.isofig text{fill:#e6eaee}.isofig .soft{fill:#a3adb8}
.isofig .bg{fill:#14181d}.isofig .covered{fill:#222a33}
.isofig .frame,.isofig .tick{stroke:#7a8591}.isofig .grid{stroke:#313a44}.isofig .dot{stroke:#14181d}
.isofig .f-data{fill:#dfe4e9}.isofig .s-data{stroke:#dfe4e9}
.isofig .f-law,.isofig .f-estimate{fill:#6cb2f0}.isofig .s-law,.isofig .s-estimate{stroke:#6cb2f0}
.isofig .f-optimum,.isofig .f-target,.isofig .f-vertex{fill:#ff9a4d}
.isofig .s-optimum,.isofig .s-target,.isofig .s-vertex{stroke:#ff9a4d}
.isofig .f-curve_band,.isofig .f-new_run_band{fill:#6cb2f0}.isofig .s-curve_band{stroke:#6cb2f0}
.isofig .f-corrected{fill:#45c9ac}.isofig .s-corrected{stroke:#45c9ac}
.isofig .f-draws{fill:#5d7189}.isofig .s-draws{stroke:#5d7189}
.isofig .f-reference{fill:#a3adb8}.isofig .s-reference{stroke:#a3adb8}
.isofig .f-first{fill:#a9b8f5}.isofig .s-first{stroke:#a9b8f5}
.isofig .f-second{fill:#f0a63c}.isofig .s-second{stroke:#f0a63c}
.isofig .f-third{fill:#2fae95}.isofig .s-third{stroke:#2fae95}
.isofig .f-fourth{fill:#d3ecfb}.isofig .s-fourth{stroke:#d3ecfb}
.isofig .f-fifth{fill:#c05aa3}.isofig .s-fifth{stroke:#c05aa3}
.isofig .f-sixth{fill:#858c95}.isofig .s-sixth{stroke:#858c95}
)";

}  // namespace isoflop::detail
