/// The law that a request names, with the conventions that it settles.
#pragma once

#include <optional>
#include <string>

#include "isoflop/laws/law_record.hpp"

namespace isoflop::api {

struct LawChoice {
  std::string law;                  ///< a published law, or the path of a law file
  std::string n_means;              ///< what its N counts, where its file does not say
  std::optional<double> expansion;  ///< E, where its file does not say; 1 is dense
  bool accept_unconverged = false;  ///< use a fit that did not converge
};

/// The law with n_means and expansion filled in. Throws InvalidArgument where they contradict the
/// law, Error for a fit that did not converge, unless that is accepted.
LawRecord load_law(const LawChoice& choice);
/// The same of a law that was read already: standard input can be read once.
LawRecord load_law(const LawChoice& choice, LawRecord law);

}  // namespace isoflop::api
