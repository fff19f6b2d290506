#include "law.hpp"

#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "isoflop/api/law_choice.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_values.hpp"
#include "work.hpp"

namespace isoflop::python {

namespace nb = nanobind;

namespace {

/// Which slopes a word of Python means.
Slopes slopes_of(const std::string& word) {
  if (word.empty()) return Slopes::kNone;
  if (word == "variables") return Slopes::kByVariable;
  if (word == "coefficients") return Slopes::kByCoefficient;
  throw InvalidArgument("of", field("of") + " is neither variables nor coefficients");
}

/// What the law says of each of n runs; NaN where it says nothing.
struct Predictions {
  std::vector<double> mean, low, high, new_low, new_high;
  std::vector<std::string> outside;  // symbols of what leaves the range of the runs somewhere

  explicit Predictions(std::size_t n) {
    for (auto* column : {&mean, &low, &high, &new_low, &new_high}) {
      column->assign(n, std::numeric_limits<double>::quiet_NaN());
    }
  }
  void take(std::size_t i, const api::PredictOutcome& outcome) {
    mean[i] = outcome.value;
    low[i] = outcome.interval.range.low;
    high[i] = outcome.interval.range.high;
    new_low[i] = outcome.new_run.interval.range.low;
    new_high[i] = outcome.new_run.interval.range.high;
  }
};

class LawCore {
 public:
  explicit LawCore(LawRecord record) : record_(std::move(record)) {}

  /// Of a published law or a file.
  static LawCore find(const std::string& word) { return LawCore(find_law(word)); }
  static LawCore parse(std::string_view text, const std::string& origin) {
    return LawCore(law_from_text(text, origin));
  }

  std::string json() const { return law_to_json(record_).dump(); }
  std::string formula() const { return std::string(facts().formula); }
  std::vector<std::string> variables() const {
    std::vector<std::string> out;
    for (const Variable v : facts().variables) out.emplace_back(word_for(facts().info(v)));
    return out;
  }
  std::string target() const { return std::string(facts().target.key); }

  nb::tuple values(const std::vector<InColumn>& columns, const std::string& of) const {
    std::vector<std::span<const double>> spans;
    for (const InColumn& column : columns) spans.push_back(span_of(column));
    const Slopes which = slopes_of(of);
    LossValues out;
    const auto evaluate = [&](const std::function<bool()>& cancelled) {
      out = loss_values(record_.law, record_.coefficients, spans, which, 0, cancelled);
    };
    constexpr std::size_t kSoonDone = 100'000;  // rows; a thread for less takes longer than they do
    if (spans.empty() || spans.front().size() < kSoonDone) {
      const nb::gil_scoped_release free;
      evaluate({});
    } else {
      std::vector<std::string> unused;
      do_work(nb::none(), unused,
              [&](const api::Context& context) { evaluate(context.cancelled); });
    }
    const std::size_t width = which == Slopes::kByVariable      ? columns.size()
                              : which == Slopes::kByCoefficient ? record_.coefficients.size()
                                                                : 0;
    return nb::make_tuple(array_of(std::move(out.loss)), array_of(std::move(out.slopes), width));
  }

  nb::tuple predict(const std::string& name, const std::vector<std::string>& keys,
                    const std::vector<InColumn>& columns, bool accept_unconverged) const {
    api::LawChoice choice;
    choice.law = name;
    choice.accept_unconverged = accept_unconverged;
    const LawRecord law = api::load_law(choice, record_);
    const std::size_t n = columns.empty() ? 0 : columns.front().shape(0);
    std::vector<api::PredictRequest> requests(n);
    for (std::size_t k = 0; k < keys.size(); ++k) {
      const VariableInfo about = variable_of(keys[k]);
      if (columns[k].shape(0) != n) throw InvalidArgument("columns of different length");
      for (std::size_t i = 0; i < n; ++i) {
        const double x = span_of(columns[k])[i];
        const std::string fault = std::isfinite(x) ? value_fault(about, x) : "is no number";
        if (!fault.empty()) {
          throw InvalidArgument(keys[k],
                                field(keys[k]) + ": \"" + format_number(x) + "\" " + fault);
        }
        if (is_own(about.id)) {
          requests[i].set.emplace_back(about.symbol, x);
        } else {
          requests[i].values[index_of(about.id)] = x;
        }
      }
    }
    Predictions out(n);
    std::vector<std::string> unused;
    do_work(nb::none(), unused, [&](const api::Context& context) {
      std::vector<std::vector<std::string>> outside(n);
      parallel_for(n, context.num_threads, [&](std::size_t i) {
        if (context.cancelled()) throw Cancelled();
        requests[i].law = choice;
        const api::PredictOutcome outcome = api::predict_from(law, requests[i]);
        out.take(i, outcome);
        outside[i] = outcome.outside;
      });
      for (const auto& symbols : outside) {
        for (const std::string& symbol : symbols) {
          auto& all = out.outside;
          if (std::find(all.begin(), all.end(), symbol) == all.end()) all.push_back(symbol);
        }
      }
    });
    return nb::make_tuple(array_of(std::move(out.mean)), array_of(std::move(out.low)),
                          array_of(std::move(out.high)), array_of(std::move(out.new_low)),
                          array_of(std::move(out.new_high)), out.outside);
  }

 private:
  LawFacts facts() const { return facts_of(record_.law); }

  /// As arguments call a variable: own ones as the law does.
  static std::string_view word_for(const VariableInfo& about) {
    return is_own(about.id) ? about.symbol : about.key;
  }
  VariableInfo variable_of(const std::string& word) const {
    const LawFacts law = facts();
    for (const Variable v : law.variables) {
      if (word_for(law.info(v)) == word) return law.info(v);
    }
    throw InvalidArgument(word, field(word) + " is no variable");
  }

  LawRecord record_;
};

}  // namespace

void add_law(nb::module_& module) {
  nb::class_<LawCore>(module, "LawCore")
      .def_static("find", &LawCore::find, nb::arg("word"))
      .def_static("parse", &LawCore::parse, nb::arg("text"), nb::arg("origin"))
      .def_prop_ro("json", &LawCore::json)
      .def_prop_ro("formula", &LawCore::formula)
      .def_prop_ro("variables", &LawCore::variables)
      .def_prop_ro("target", &LawCore::target)
      .def("values", &LawCore::values, nb::arg("columns"), nb::arg("of"))
      .def("predict", &LawCore::predict, nb::arg("name"), nb::arg("keys"), nb::arg("columns"),
           nb::arg("accept_unconverged"));
}

}  // namespace isoflop::python
