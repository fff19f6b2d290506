/// The format isoflop.law/2: a law with coefficients and conventions as JSON.
/// docs/reference/formats.md describes every field. What `isoflop fit` writes is such a file.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/laws/law_record.hpp"

namespace isoflop {

inline constexpr std::string_view kLawFormat = "isoflop.law/2";
/// Read as well. Its verdict "certified" spoke of the optimum alone: read as "interpolates" where
/// the file's warnings name weak coefficients, else as it stands.
inline constexpr std::string_view kFirstLawFormat = "isoflop.law/1";

nlohmann::ordered_json law_to_json(const LawRecord& law);

/// Throws DataError(origin, …) with one line for anything that is not such a file.
LawRecord law_from_json(const nlohmann::ordered_json& json, const std::string& origin);

LawRecord law_from_text(std::string_view text, const std::string& origin);
LawRecord read_law_file(const std::string& path);

/// Whether there is a file of this name that holds coefficients (isoflop.law/2 or 1), not a
/// formula. Throws DataError for one that is no JSON.
bool is_law_file(const std::string& path);

/// The published laws that ship, in the order of their names.
const std::vector<LawRecord>& preset_laws();

/// The law that a person names: a preset, or else a file. Throws DataError where it is neither,
/// naming the nearest preset.
LawRecord find_law(const std::string& name_or_path);

/// The law that a person names for a fit: a law that ships, the law of a preset, or that of a file
/// in format isoflop.law/2, isoflop.law/1 or isoflop.formula/1. Throws InvalidArgument where it is
/// none of them, naming the laws there are; DataError for a file that is neither.
///
/// A formula is shown under its own name, or as "formula"; where a law that ships, or another
/// formula among those `beside` it, has that name already, a number is added.
/// Its own variables then have places that no different one of theirs has.
AnyLaw law_of(const std::string& word, std::span<const AnyLaw> beside = {});

/// The record with the formula as law_of() gives it, and the ranges of its own variables where that
/// has them.
LawRecord placed_as(LawRecord law, const AnyLaw& formula);

/// Throws InvalidArgument, naming what there is, for another name.
NMeaning parse_n_meaning(std::string_view name);

}  // namespace isoflop
