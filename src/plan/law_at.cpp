#include "plan/law_at.hpp"

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/core/repetition.hpp"

namespace isoflop {

template <class N>
N LawAt::log_n(const N& log_n_active) const {
  const N plain = log_n_active + log_n_law_per_active_;
  if (!counting_.counts_embeddings()) return plain;
  return log_sum_exp(plain, log_n_active * (1.0 / 3.0) + counting_.log_embedding);
}

template <class D>
D LawAt::log_d_counted(const D& log_d) const {
  if (!counting_.repeats()) return log_d;
  return log_d + log_repeated(log_d - counting_.log_unique, std::log(kTokenReuse));
}

double LawAt::log_loss(double log_n_active, double log_d, double log_g) const {
  return surface_->log_loss(log_n(log_n_active), log_d_counted(log_d), log_g);
}
double LawAt::slope(const Moving& log_n_active, const Moving& log_d, double log_g) const {
  return surface_->slope(log_n(log_n_active), log_d_counted(log_d), log_g);
}
double LawAt::slope(double log_n_active, const Moving& log_d, const Moving& log_g) const {
  return surface_->slope(log_n(log_n_active), log_d_counted(log_d), log_g);
}
double LawAt::slope(double log_n_active, const Moving& log_d, double log_g) const {
  return surface_->slope(log_n(log_n_active), log_d_counted(log_d), log_g);
}

}  // namespace isoflop
