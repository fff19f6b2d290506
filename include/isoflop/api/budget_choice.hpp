/// What may be spent: one kind of budget, FLOPs, hours of GPUs, or whatever reaches a loss.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace isoflop::api {

struct BudgetChoice {
  std::vector<double> flops;
  std::vector<double> gpu_hours;  ///< of one GPU: by a cost table, or by a peak and `mfu`
  std::optional<double> gpus;     ///< so many of them for each of these:
  std::vector<double> days;
  std::vector<double> target_loss;  ///< nats per token: the cheapest training to reach them
  std::optional<double> price_per_gpu_hour;
  std::string gpu;                   ///< whose datasheet's peak `mfu` is a share of; or that peak:
  std::optional<double> peak_flops;  ///< dense FLOPs per second
  std::optional<double> mfu;         ///< share of that peak that training reaches
};

}  // namespace isoflop::api
