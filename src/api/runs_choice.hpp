// The runs of a request: their fields, and the table behind them.
#pragma once

#include <string>
#include <vector>

#include "api/fields.hpp"
#include "isoflop/api/runs_choice.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, RunsChoice& runs);

/// What every law needs of its runs.
struct NeededColumns {
  std::string target;  ///< key of what the laws predict
  std::vector<Variable> variables;
  std::vector<VariableInfo> own;  ///< of them those that a law declares; views into the laws
};

/// Every variable that one of these laws has. Throws InvalidArgument for laws that do not predict
/// the same.
NeededColumns needed_by(const std::vector<AnyLaw>& laws);

/// What the losses of these runs are counted in once they are read (laws/loss_unit.hpp); empty
/// where nobody said. Who gives the bytes per token means losses per token.
std::string unit_of(const RunsChoice& runs);

/// Throws InvalidArgument for a choice without a table or with words that mean nothing, whatever
/// its table holds.
RecordOptions record_options(const RunsChoice& runs);

/// The rows with every variable that one of these laws needs, from the file or the columns. Throws
/// as read_records(), table_of() and needed_by() do.
Records read_runs(const RunsChoice& runs, RecordOptions how, const std::vector<AnyLaw>& laws);

/// Every run once, with a word in the log on what was merged; `extra` follows.
void merge_copies(Records& records);

}  // namespace isoflop::api
