// isoflop: fits scaling laws to training runs and plans compute-optimal training from them.
#include "apps/isoflop/program.hpp"

int main(int argc, char** argv) {
  return isoflop::app::run_program(isoflop::app::isoflop_program(), argc, argv);
}
