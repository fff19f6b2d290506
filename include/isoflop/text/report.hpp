/// What a person opens, mails and prints: an outcome as one HTML file with its pictures, which
/// needs nothing else and holds the outcome itself, so that whatever reads the outcome reads the
/// file.
#pragma once

#include <string>
#include <string_view>

#include "isoflop/api/context.hpp"

namespace isoflop::text {

/// json: of an outcome, of a law or of a cost table. text: what its verb prints; empty: left out.
/// First the answer in a sentence or two, then the verdict of a fit and what it rests on, the
/// pictures that there are of such an outcome, the text, how it was made, and the JSON (read by
/// detail::parse_json). Throws DataError for what is no JSON of isoflop; Cancelled.
std::string report_html(std::string_view json, std::string_view text,
                        const api::Context& context = {});

/// The same of a file that a verb wrote, or of a published law by its name. The text is made again
/// from the request in it; where that gives another outcome, because what it read has changed, the
/// text is left out with a warning.
std::string report_of(const std::string& path_or_law, const api::Context& context = {});

/// A request as words of the command line: "isoflop plan law.json --flops 1e21".
std::string command_of(std::string_view request_json);

}  // namespace isoflop::text
