#include "isoflop/convention/of_runs.hpp"

#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/law_variables.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

std::string name_of(auto meaning) { return std::string(to_string(meaning)); }

void require_settled(const LawRecord& law, const std::string& name, const LawRecord& table) {
  if (table.n_means == NMeaning::kUnspecified) {
    throw InvalidArgument("n_means", name + " counts N as " + name_of(law.n_means) +
                                         ": say what N of the runs counts, with " +
                                         field("n_means"));
  }
  if (law.n_means == NMeaning::kUnspecified) {
    throw InvalidArgument(name +
                          " does not say what its N counts, so it cannot be asked about runs");
  }
}

/// ", E = 8, 100608 rows of embeddings, d_model = 64 n_blocks" as far as it is known.
std::string describe(const SizeConvention& known) {
  std::string out;
  if (known.expansion) out += ", E = " + format_number(*known.expansion);
  if (known.embedding_rows > 0.0) {
    out += ", " + format_number(known.embedding_rows) +
           " rows of embeddings, d_model = " + format_number(known.shape.width_per_block) +
           " n_blocks";
  }
  return out;
}

void convert_sizes(const LawRecord& law, const std::string& name, const LawRecord& table,
                   const SizeConvention& known, ConvertedRuns& out) {
  require_settled(law, name, table);
  try {
    for (double& x : out.runs.column(Variable::kN)) {
      x = convert_n(x, table.n_means, law.n_means, known);
    }
  } catch (const InvalidArgument& fault) {
    throw InvalidArgument(fault.field(), name + ": " + fault.marked());
  }
  if (table.n_means == law.n_means) return;
  out.how.push_back("N of the runs (" + name_of(table.n_means) + ") as " + name_of(law.n_means) +
                    describe(known));
}

}  // namespace

ConvertedRuns runs_of_law(const LawRecord& law, const std::string& name, const RunTable& runs,
                          const LawRecord& table, const SizeConvention& known) {
  if (table.expansion && law.expansion && *table.expansion != *law.expansion) {
    throw InvalidArgument(
        "expansion", field("expansion") + " " + format_number(*table.expansion) + " contradicts " +
                         name + ", which holds for E = " + format_number(*law.expansion));
  }
  ConvertedRuns out{runs, {}};
  if (law_has_variable(law, Variable::kN)) {
    SizeConvention settled = known;
    settled.expansion = table.expansion ? table.expansion : law.expansion;
    convert_sizes(law, name, table, settled, out);
  }
  if (has_granularity(law) && law.g_means != GMeaning::kDffOverDexpert) {
    for (double& x : out.runs.column(Variable::kG)) x = granularity_of_law(law, x).value;
    out.how.push_back("G of the runs (dff_over_dexpert) as " + name_of(law.g_means));
  }
  return out;
}

}  // namespace isoflop
