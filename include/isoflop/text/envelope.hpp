/// The lower envelope of training curves for a person.
#pragma once

#include <string>

#include "isoflop/api/envelope.hpp"

namespace isoflop::text {

/// Which model wins where, the power laws, and what makes checkpoints comparable.
std::string envelope(const api::EnvelopeOutcome& outcome);

/// Its points as CSV: flops,n,d,loss,run,at_edge.
std::string envelope_csv(const api::EnvelopeOutcome& outcome);

}  // namespace isoflop::text
