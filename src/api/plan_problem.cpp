#include "api/plan_problem.hpp"

#include <fmt/format.h>

#include <cmath>

#include "api/embeddings_choice.hpp"
#include "api/planner_choice.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {
namespace {

/// The rates that follow from counts of experts.
void settle_counts(PlanRequest& request, const LawRecord& law) {
  std::optional<double>& expansion = request.planner.law.expansion;
  AccountingChoice& accounting = request.planner.accounting;
  ExpertWords words = request.counts;
  words.expansion = expansion;
  words.granularity = accounting.granularity;
  settle_for_plan(words, law);
  expansion = words.expansion;
  if (words.granularity) accounting.search.clear();
  accounting.granularity = words.granularity;
}

/// What a plan takes from the architecture of a shape, and how it says so.
class ShapeAnswers {
 public:
  ShapeAnswers(PlanRequest& request, LawRecord& law, std::vector<std::string>& conversions)
      : request_(request),
        law_(law),
        conversions_(conversions),
        file_(request.embeddings.shape),
        model_(read_model(file_)) {
    for (const std::string& note : model_.notes) conversions_.push_back(file_ + ": " + note);
  }

  void take_all() {
    take_vocabulary();
    // Only a law of experts has an E to take; a law of dense models has said so.
    const bool with_s = law_has_variable(law_, Variable::kS);
    if (with_s && !request_.planner.s) take_sparsity();
    if (law_has_variable(law_, Variable::kE) || with_s || has_granularity(law_) || law_.expansion) {
      take_expansion();
    }
    if (request_.planner.accounting.search == "shape") take_granularity();
    if (!request_.planner.width_per_block && !law_.family) take_width();
  }

 private:
  void take_vocabulary() {
    if (law_.n_means != NMeaning::kTotal) return;
    conversions_.push_back(fmt::format("N counts {} rows of embeddings: vocabulary {} of {}, {}",
                                       format_number(rows_of(request_.embeddings)),
                                       shape_.vocab_size, file_,
                                       shape_.tied ? "tied" : "embedding and head apart"));
  }

  void take_sparsity() {
    const Converted sparsity = *from_shape(law_, Variable::kS, shape_);
    const std::string said = format_number(sparsity.value);
    const std::string fault = value_fault(info(Variable::kS), sparsity.value);
    if (!fault.empty()) throw InvalidArgument("s", field("s") + " " + said + " " + fault);
    request_.planner.s = sparsity.value;
    conversions_.push_back(fmt::format("S = {} of {}: {}", said, file_, sparsity.how));
  }

  void take_expansion() {
    const Converted expansion = *from_shape(law_, Variable::kE, shape_);
    const std::string said = format_number(expansion.value);
    if (!law_.expansion) {
      law_.expansion = expansion.value;
      conversions_.push_back(fmt::format("E = {} of {}: {}", said, file_, expansion.how));
    } else if (std::abs(*law_.expansion - expansion.value) > 1e-9 * *law_.expansion) {
      throw InvalidArgument(
          "shape", fmt::format("{} {} has E = {}, which contradicts E = {}, for which the law was "
                               "to hold",
                               field("shape"), file_, said, format_number(*law_.expansion)));
    }
  }

  void take_granularity() {
    const Converted granularity = *from_shape(law_, Variable::kG, shape_);
    request_.planner.accounting.search.clear();
    request_.planner.accounting.granularity = granularity.value;
    conversions_.push_back(
        fmt::format("G = {} of {}: {}", format_number(granularity.value), file_, granularity.how));
  }

  void take_width() {
    const double ratio = width_per_block(shape_);
    request_.planner.width_per_block = ratio;
    conversions_.push_back(
        fmt::format("d_model = {} n_blocks, as in {}", format_number(ratio), file_));
  }

  PlanRequest& request_;
  LawRecord& law_;
  std::vector<std::string>& conversions_;
  const std::string file_;
  const ModelConfig model_;
  const ModelShape& shape_ = model_.shape;
};

}  // namespace

PlanProblem pose(PlanRequest request, const LawRecord& named,
                 std::vector<std::string>& conversions) {
  settle_counts(request, named);
  const bool with_shape = !request.embeddings.shape.empty();
  if (!with_shape && request.planner.accounting.search == "shape") {
    throw InvalidArgument("shape",
                          field("granularity") + " shape needs " + field("shape") + " FILE");
  }
  LawRecord law = load_law(request.planner.law, named);
  if (with_shape) ShapeAnswers(request, law, conversions).take_all();
  // Of a shape the vocabulary is taken where it is of use; a vocabulary is for nothing else.
  const bool unused = with_shape && law.n_means != NMeaning::kTotal;
  return pose(request.planner, law, unused ? 0.0 : rows_of(request.embeddings));
}

}  // namespace isoflop::api
