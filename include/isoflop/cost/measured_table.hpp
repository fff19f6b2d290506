/// Which cost tables are believed: check, then time, then record. A row counts as measured only if
/// it names a device and its driver, brings its samples, and its results had passed a check.
#pragma once

#include <string>
#include <vector>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop {

/// What is wrong with a row of a table of this source, in one clause; "" if nothing is.
std::string row_fault(CostSource source, const CostRow& row);
/// The same for what is not in the rows: source, environment and peaks.
std::string head_fault(const CostTable& table);

/// A table of measurements, for what measures and for what goes on with a table that was read.
/// Models have a type of their own, RooflineTable, so that they cannot pass for measurements.
class MeasuredTable {
 public:
  /// No row yet. Throws InvalidArgument without a device or a driver.
  MeasuredTable(CostEnvironment environment, CostPeaks peaks);
  /// A table that was read; throws InvalidArgument where head_fault or row_fault finds something.
  explicit MeasuredTable(CostTable table);

  /// All of these rows, or none: throws InvalidArgument where row_fault finds something.
  void append(const std::vector<CostRow>& rows);

  const CostTable& table() const { return table_; }

 private:
  CostTable table_;
};

}  // namespace isoflop
