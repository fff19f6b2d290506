// Laws of the loss after fine-tuning on D examples. The third is that of Lin et al. 2024, arXiv
// 2402.02314; the others are proposals that a public collection of forecasts
// (github.com/PlanarG/active-sl) compares with it.
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {

std::vector<PublicForm> forms_of_fine_tuning() {
  const std::string v = "D";
  const std::vector<double> run{12800};
  using std::exp, std::log, std::pow;
  return {
      {"fine-tuning 1",
       "L0 + A*(D + D0)^-alpha",
       v,
       {{"L0", 1.2}, {"A", 23}, {"D0", 4900}, {"alpha", .24}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] * pow(x[0] + c[2], -c[3]); }},
      {"fine-tuning 2",
       "L0 + A/(1 + (D/D0)^alpha)",
       v,
       {{"L0", .9}, {"A", 3.4}, {"D0", 2000}, {"alpha", .4}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] / (1.0 + pow(x[0] / c[2], c[3]));
       }},
      {"fine-tuning 3, Lin et al. 2024",
       "L0 + A/(D^alpha + B)",
       v,
       {{"L0", .9}, {"A", 60}, {"alpha", .4}, {"B", 12}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] / (pow(x[0], c[2]) + c[3]); }},
      {"fine-tuning 4",
       "L0 + A*(D + B)^C",
       v,
       {{"L0", .5}, {"A", 9}, {"B", -72}, {"C", -.2}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] * pow(x[0] + c[2], c[3]); }},
      {"fine-tuning 5",
       "L0 + A*exp(-B*D^d)",
       v,
       {{"L0", .8}, {"A", 4}, {"B", .4}, {"d", .2}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] * exp(-c[2] * pow(x[0], c[3])); }},
      {"fine-tuning 6",
       "L0 + A/D^alpha + (1 - A)/D^beta",
       v,
       {{"L0", .8}, {"A", 12}, {"alpha", .2}, {"beta", .6}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] / pow(x[0], c[2]) + (1.0 - c[1]) / pow(x[0], c[3]);
       }},
      {"fine-tuning 7",
       "L0 + A/D^alpha + B*log(D)",
       v,
       {{"L0", 3}, {"A", 6}, {"alpha", .3}, {"B", -.12}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] / pow(x[0], c[2]) + c[3] * log(x[0]);
       }},
      {"fine-tuning 8",
       "L0 + A*D^-alpha",
       v,
       {{"L0", .7}, {"A", 8}, {"alpha", .15}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] * pow(x[0], -c[2]); }},
      {"fine-tuning 9",
       "L0 + A*log(D)",
       v,
       {{"L0", 4}, {"A", -.2}},
       run,
       [](const double* c, const double* x) { return c[0] + c[1] * log(x[0]); }},
      {"fine-tuning 10",
       "L0 + A/(1 + exp(alpha*(log(D) - log(D0))))",
       v,
       {{"L0", 4.2}, {"A", -3}, {"alpha", -.5}, {"D0", 3000}},
       run,
       [](const double* c, const double* x) {
         return c[0] + c[1] / (1.0 + exp(c[2] * (log(x[0]) - log(c[3]))));
       }},
  };
}

}  // namespace isoflop_test
