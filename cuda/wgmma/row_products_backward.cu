// Products with transposed weights: the gradients of inputs, with or without that of the
// activation.
#include "cuda/wgmma/launch_row_product.cuh"

namespace isoflop::bench::hopper {

template void launch_row_product_as<true, false, Epilogue::kPlain>(const RowLaunch&);
template void launch_row_product_as<true, false, Epilogue::kDeriveGate>(const RowLaunch&);
template void launch_row_product_as<true, true, Epilogue::kDeriveGate>(const RowLaunch&);
template void launch_row_product_as<true, false, Epilogue::kDerivePointwise>(const RowLaunch&);
template void launch_row_product_as<true, true, Epilogue::kDerivePointwise>(const RowLaunch&);

}  // namespace isoflop::bench::hopper
