// The formats of documents, and what is said of one that is not, or not yet, among them.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <string_view>

namespace isoflop::detail {

/// Every format that this program writes or reads, such as "isoflop.plan/1"; docs/schemas has a
/// schema of each.
std::span<const std::string_view> formats();

/// Whether a document is of this format, in whatever version.
bool is_of_kind(const nlohmann::ordered_json& document, std::string_view format);

/// What is wrong with a document of format `given` where one of `wanted` is read: that a later
/// version of isoflop wrote it, or that it is something else.
std::string other_format(std::string_view given, std::string_view wanted);

/// Throws DataError for the format of a later version, and for one of isoflop that there is not. Of
/// a document without a format, or with one of others, this says nothing.
void require_known_format(std::string_view format, const std::string& origin);
void require_known_format(const nlohmann::ordered_json& document, const std::string& origin);

}  // namespace isoflop::detail
