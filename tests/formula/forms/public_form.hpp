/// A scaling law that was published, as its form: what the language of formulas should be able to
/// say. Values of the coefficients are of the size that its authors fitted, but not theirs.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace isoflop_test {

struct PublicForm {
  std::string name;        ///< what it is a law of, and whose
  std::string expression;  ///< in the language
  std::string variables;   ///< names with blanks between; "~p" may be zero or negative
  std::vector<std::pair<std::string, double>> coefficients;
  std::vector<double> x;                              ///< a run
  double (*value)(const double* c, const double* x);  ///< the same in plain C++
};

std::vector<PublicForm> forms_of_repetition();
std::vector<PublicForm> forms_of_parallel_streams();
std::vector<PublicForm> forms_of_vocabulary();
std::vector<PublicForm> forms_of_fine_tuning();
std::vector<PublicForm> forms_of_experts();
std::vector<PublicForm> forms_of_learning_rate_and_batch();
std::vector<PublicForm> forms_of_u_shapes();
std::vector<PublicForm> forms_of_mixtures();
std::vector<PublicForm> forms_of_other_kinds();

}  // namespace isoflop_test
