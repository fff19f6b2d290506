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

TEST_CASE("singular_parts: a matrix of known singular values, above 16,384 rows as well",
          "[linear][identity]") {
  for (const Eigen::Index rows : {3, 1'000, 40'000}) {
    CAPTURE(rows);
    // Orthonormal columns times diag(5, 3, 0.1) times a rotation of the plane of the first two.
    Eigen::MatrixXd matrix = orthonormal_basis(tall(rows).leftCols(3));
    REQUIRE(matrix.cols() == 3);
    matrix = (matrix * Eigen::Vector3d(5.0, 3.0, 0.1).asDiagonal()).eval();
    const double cosine = 0.8, sine = 0.6;
    Eigen::Matrix3d rotation = Eigen::Matrix3d::Identity();
    rotation.topLeftCorner<2, 2>() << cosine, -sine, sine, cosine;
    const SingularParts parts = singular_parts((matrix * rotation.transpose()).eval());
    CHECK(parts.values[0] == Approx(5.0).margin(kRounding));
    CHECK(parts.values[1] == Approx(3.0).margin(kRounding));
    CHECK(parts.values[2] == Approx(0.1).margin(kRounding));
    CHECK(std::abs(parts.right.col(0).dot(rotation.col(0))) == Approx(1.0).margin(kRounding));
    CHECK(std::abs(parts.right.col(2)[2]) == Approx(1.0).margin(kRounding));
  }
}

TEST_CASE("symmetric_parts: eigenvalues, the smallest first, and their vectors",
          "[linear][identity]") {
  Eigen::MatrixXd matrix(3, 3);
  matrix << 2.0, 1.0, 0.0, 1.0, 2.0, 0.0, 0.0, 0.0, -4.0;
  const SymmetricParts parts = symmetric_parts(matrix);
  const std::vector<double> values = symmetric_eigenvalues(matrix);
  for (Eigen::Index i = 0; i < 3; ++i) {
    CHECK(parts.values[i] == Approx(std::vector{-4.0, 1.0, 3.0}[static_cast<std::size_t>(i)]));
    CHECK(values[static_cast<std::size_t>(i)] == Approx(parts.values[i]).margin(kRounding));
    const Eigen::VectorXd v = parts.vectors.col(i);
    CHECK((matrix * v - parts.values[i] * v).norm() < kRounding);
  }
}

TEST_CASE("least_squares: the normal equations hold, and what has too few directions has no answer",
          "[linear][identity]") {
  for (const Eigen::Index rows : {5, 1'000, 40'000}) {
    CAPTURE(rows);
    const Eigen::MatrixXd columns = tall(rows);
    const Eigen::VectorXd wanted = Eigen::VectorXd::LinSpaced(rows, -1.0, 2.0);
    const Eigen::MatrixXd independent = columns.leftCols(3);
    const Eigen::VectorXd x = least_squares(independent, wanted, 1e-9);
    REQUIRE(x.size() == 3);
    const Eigen::VectorXd left = wanted - independent * x;
    for (Eigen::Index j = 0; j < 3; ++j) {
      CHECK(std::abs(independent.col(j).dot(left)) <
            kRounding * independent.col(j).norm() * wanted.norm());
    }
    CHECK(least_squares(columns, wanted, 1e-9).size() == 0);
  }
}

TEST_CASE("products and solve_symmetric: what sums over the rows and elimination give",
          "[linear][identity]") {
  for (const Eigen::Index rows : {5, 1'000, 40'000}) {
    CAPTURE(rows);
    const Eigen::MatrixXd matrix = tall(rows).leftCols(3);
    const Eigen::VectorXd weights = Eigen::VectorXd::LinSpaced(rows, 0.5, 2.0);
    const Eigen::MatrixXd plain = products(matrix, matrix),
                          weighted = weighted_squares(matrix, weights);
    const Eigen::VectorXd with_vector = products(matrix, weights);
    for (Eigen::Index i = 0; i < 3; ++i) {
      CHECK(with_vector[i] == Approx(matrix.col(i).dot(weights)).epsilon(1e-9));
      for (Eigen::Index j = 0; j < 3; ++j) {
        const double size = matrix.col(i).norm() * matrix.col(j).norm();
        CHECK(plain(i, j) / size ==
              Approx(matrix.col(i).dot(matrix.col(j)) / size).margin(kRounding));
        CHECK(weighted(i, j) / size ==
              Approx(matrix.col(i).dot(weights.cwiseProduct(matrix.col(j))) / size)
                  .margin(kRounding));
      }
    }
    const Eigen::Vector3d wanted(1.0, -2.0, 3.0);
    const Eigen::VectorXd x = solve_symmetric(plain, plain * wanted);
    CHECK((x - wanted).norm() < 1e-9);
  }
}

TEST_CASE("without_span: what is left is at right angles to the basis", "[linear][identity]") {
  const Eigen::MatrixXd basis = orthonormal_basis(tall(40'000));
  const Eigen::VectorXd vector = Eigen::VectorXd::LinSpaced(40'000, -1.0, 2.0);
  const Eigen::VectorXd left = without_span(basis, vector);
  CHECK(products(basis, left).norm() < kRounding * vector.norm());
  CHECK((vector - left).norm() == Approx(products(basis, vector).norm()).epsilon(1e-12));
}

}  // namespace
}  // namespace isoflop::dense_test
