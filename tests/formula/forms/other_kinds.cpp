// Single laws of other kinds, each with its source.
#include <cmath>

#include "public_form.hpp"

namespace isoflop_test {
namespace {

using std::exp, std::log, std::pow;

double distilled(const double* c, const double* x) {
  const double teacher = x[0], n = x[1], d = x[2];
  const double student = 1.22 + pow(3355.0 / pow(n, 0.408) + 18186.0 / pow(d, 0.431), 0.452);
  return teacher + pow(teacher, -c[0]) *
                       pow(1.0 + pow(teacher / (student * c[1]), 1.0 / c[2]), -c[3] * c[2]) *
                       pow(c[4] / pow(n, c[5]) + c[6] / pow(d, c[7]), c[8]);
}

}  // namespace

std::vector<PublicForm> forms_of_other_kinds() {
  return {
      {"size and tokens, Hoffmann et al. 2022, arXiv 2203.15556",
       "E + A/N^alpha + B/D^beta",
       "N D",
       {{"E", 1.69}, {"A", 406.4}, {"alpha", .34}, {"B", 410.7}, {"beta", .28}},
       {7e10, 1.4e12},
       [](const double* c, const double* x) {
         return c[0] + c[1] / pow(x[0], c[2]) + c[3] / pow(x[1], c[4]);
       }},
      {"size and tokens, Li et al. 2025, arXiv 2506.10972",
       "exp(a3*N^gamma + b3) + exp(a2*N^beta + b2)*D^-exp(a1*N^alpha + b1)",
       "N D",
       {{"a3", -.02},
        {"gamma", .17},
        {"b3", -.1},
        {"a2", 88},
        {"beta", -.1},
        {"b2", -5.8},
        {"a1", -.12},
        {"alpha", .12},
        {"b1", .4}},
       {1e9, 2e10},
       [](const double* c, const double* x) {
         return exp(c[0] * pow(x[0], c[1]) + c[2]) +
                exp(c[3] * pow(x[0], c[4]) + c[5]) * pow(x[1], -exp(c[6] * pow(x[0], c[7]) + c[8]));
       }},
      {"size, batch and steps, Schaipp 2026, arXiv 2607.01487",
       "E + A/N^alpha + B/M^beta + C/K^gamma",
       "N M K",
       {{"E", 1.7}, {"A", 150}, {"alpha", .3}, {"B", 20}, {"beta", .4}, {"C", 90}, {"gamma", .6}},
       {4e8, 5e5, 4e4},
       [](const double* c, const double* x) {
         return c[0] + c[1] / pow(x[0], c[2]) + c[3] / pow(x[1], c[4]) + c[5] / pow(x[2], c[6]);
       }},
      {"size and steps, Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.6",
       "(Nc/N)^aN + (Sc/S)^aS",
       "N S",
       {{"Nc", 6.5e13}, {"aN", .077}, {"Sc", 2.1e3}, {"aS", .76}},
       {1e9, 1e5},
       [](const double* c, const double* x) {
         return pow(c[0] / x[0], c[1]) + pow(c[2] / x[1], c[3]);
       }},
      {"distillation, Busbridge et al. 2025, arXiv 2502.08606",
       "LT + LT^-c0*(1 + (LT/((1.22 + (3355/N^0.408 + 18186/D^0.431)^0.452)*d1))^(1/f1))^(-c1*f1)"
       "*(A/N^a + B/D^b)^g",
       "LT N D",
       {{"c0", 2.5},
        {"d1", 1.3},
        {"f1", .1},
        {"c1", 500},
        {"A", 2243},
        {"a", .32},
        {"B", 24181},
        {"b", .64},
        {"g", .76}},
       {2.2, 5e8, 2e10},
       distilled},
      {"sparse autoencoders, Gao et al. 2024, arXiv 2406.04093",
       "exp(alpha + bk*log(k) + bn*log(n) + gamma*log(k)*log(n)) + exp(zeta + eta*log(k))",
       "n k",
       {{"alpha", -.5},
        {"bk", .26},
        {"bn", -.017},
        {"gamma", -.042},
        {"zeta", -1.3},
        {"eta", -.085}},
       {65536, 32},
       [](const double* c, const double* x) {
         const double n = log(x[0]), k = log(x[1]);
         return exp(c[0] + c[1] * k + c[2] * n + c[3] * k * n) + exp(c[4] + c[5] * k);
       }},
      {"weight sparsity, Frantar et al. 2023, arXiv 2309.08520",
       "(aS*(1 - S)^bS + cS)*(1/N)^bN + (aD/D)^bD + c",
       "S N D",
       {{"aS", 16.8},
        {"bS", .722},
        {"cS", 45},
        {"bN", .245},
        {"aD", 6.9e8},
        {"bD", .203},
        {"c", .65}},
       {.5, 8e7, 1e10},
       [](const double* c, const double* x) {
         return (c[0] * pow(1.0 - x[0], c[1]) + c[2]) * pow(1.0 / x[1], c[3]) +
                pow(c[4] / x[2], c[5]) + c[6];
       }},
      {"continued training on a share r, Que et al. 2024, arXiv 2406.01375",
       "E + A/N^alpha + B*r^eta/D^beta + C/(r + eps)^gamma",
       "~r N D",
       {{"E", 1.1},
        {"A", 200},
        {"alpha", .3},
        {"B", 500},
        {"eta", 1},
        {"beta", .3},
        {"C", .2},
        {"eps", .05},
        {"gamma", .4}},
       {.4, 1.8e9, 1e10},
       [](const double* c, const double* x) {
         return c[0] + c[1] / pow(x[1], c[2]) + c[3] * pow(x[0], c[4]) / pow(x[2], c[5]) +
                c[6] / pow(x[0] + c[7], c[8]);
       }},
      {"precision of weights P, Kumar et al. 2024, arXiv 2411.04330",
       "A*(N*(1 - exp(-P/g)))^-alpha + B*D^-beta + E",
       "P N D",
       {{"A", 4299}, {"g", 2.7}, {"alpha", .5}, {"B", 18060}, {"beta", .47}, {"E", 2.77}},
       {8, 2e8, 1e10},
       [](const double* c, const double* x) {
         return c[0] * pow(x[1] * (1.0 - exp(-x[0] / c[1])), -c[2]) + c[3] * pow(x[2], -c[4]) +
                c[5];
       }},
      {"annealing, Tissue et al. 2024, arXiv 2408.11029",
       "L0 + A*S1^-alpha - C*S2",
       "S1 ~S2",
       {{"L0", 2.6}, {"A", .5}, {"alpha", .5}, {"C", .4}},
       {3.2, .15},
       [](const double* c, const double* x) {
         return c[0] + c[1] * pow(x[0], -c[2]) - c[3] * x[1];
       }},
      {"learning rate, Li et al. 2025, arXiv 2503.04715",
       "c*N^a*D^b",
       "N D",
       {{"c", 1.79}, {"a", -.713}, {"b", .307}},
       {1e9, 1e11},
       [](const double* c, const double* x) { return c[0] * pow(x[0], c[1]) * pow(x[1], c[2]); }},
      {"batch in tokens, Li et al. 2025, arXiv 2503.04715",
       "c*D^b",
       "D",
       {{"c", .58}, {"b", .571}},
       {1e11},
       [](const double* c, const double* x) { return c[0] * pow(x[0], c[1]); }},
      {"transfer in effective tokens, Hernandez et al. 2021, arXiv 2102.01293",
       "k*DF^alpha*N^beta",
       "DF N",
       {{"k", 1.9e4}, {"alpha", .18}, {"beta", .38}},
       {3e8, 4e7},
       [](const double* c, const double* x) { return c[0] * pow(x[0], c[1]) * pow(x[1], c[2]); }},
      {"a broken power law, Caballero et al. 2022, arXiv 2210.14891",
       "a + b*x^-c0*(1 + (x/d1)^(1/f1))^(-c1*f1)",
       "x",
       {{"a", .1}, {"b", 3}, {"c0", .2}, {"d1", 1e4}, {"f1", .5}, {"c1", .4}},
       {6e4},
       [](const double* c, const double* x) {
         return c[0] +
                c[1] * pow(x[0], -c[2]) * pow(1.0 + pow(x[0] / c[3], 1.0 / c[4]), -c[5] * c[4]);
       }},
      {"fine-tuning data and size, Zhang et al. 2024, arXiv 2402.17193",
       "A/(X^alpha*D^beta) + E",
       "X D",
       {{"A", 60}, {"alpha", .12}, {"beta", .07}, {"E", .9}},
       {4e9, 2e5},
       [](const double* c, const double* x) {
         return c[0] / (pow(x[0], c[1]) * pow(x[1], c[2])) + c[3];
       }},
  };
}

}  // namespace isoflop_test
