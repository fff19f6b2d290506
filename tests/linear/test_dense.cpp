#include <algorithm>
#include <cmath>
#include <Eigen/Dense>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/linear/dense.hpp"

namespace isoflop::dense_test {
namespace {

constexpr double kRounding = 1e-12;
constexpr double kLeftOver = 1e-9;  // beside the largest column: 1e-6 of it the smallest one is

/// Columns of sizes from 1 to 1e6, the last one the sum of the first two.
Eigen::MatrixXd tall(Eigen::Index rows) {
  Random random(7);
  Eigen::MatrixXd out(rows, 5);
  for (Eigen::Index i = 0; i < rows; ++i) {
    for (Eigen::Index j = 0; j < 4; ++j) out(i, j) = std::pow(100.0, j) * random.normal();
    out(i, 4) = out(i, 0) + out(i, 1);
  }
  return out;
}

TEST_CASE("triangular_factor: has the matrix's squares, above 16,384 rows as well",
          "[linear][identity]") {
  for (const Eigen::Index rows : {3, 5, 1'000, 1'025, 40'000}) {
    CAPTURE(rows);
    const Eigen::MatrixXd matrix = tall(rows), factor = triangular_factor(matrix);
    CHECK(factor.rows() == std::min<Eigen::Index>(rows, 5));
    CHECK(factor.isUpperTriangular());
    for (Eigen::Index i = 0; i < 5; ++i) {
      for (Eigen::Index j = 0; j < 5; ++j) {
        const double size = matrix.col(i).norm() * matrix.col(j).norm();
        CHECK(factor.col(i).dot(factor.col(j)) / size ==
              Approx(matrix.col(i).dot(matrix.col(j)) / size).margin(kRounding));
      }
    }
  }
}

TEST_CASE("orthonormal_basis: spans the columns and nothing else", "[linear][identity]") {
  for (const Eigen::Index rows : {5, 1'000, 40'000}) {
    CAPTURE(rows);
    const Eigen::MatrixXd matrix = tall(rows), basis = orthonormal_basis(matrix);
    REQUIRE(basis.cols() == 4);
    for (Eigen::Index i = 0; i < 4; ++i) {
      for (Eigen::Index j = 0; j < 4; ++j) {
        CHECK(basis.col(i).dot(basis.col(j)) == Approx(i == j ? 1.0 : 0.0).margin(kRounding));
      }
    }
    for (Eigen::Index j = 0; j < 5; ++j) {
      Eigen::VectorXd rest = matrix.col(j);
      for (Eigen::Index i = 0; i < 4; ++i) rest -= basis.col(i) * basis.col(i).dot(matrix.col(j));
      CHECK(rest.norm() < kLeftOver * matrix.col(3).norm());
    }
  }
}

}  // namespace
}  // namespace isoflop::dense_test
