// Products with the weights as they are stored: up, with or without its activation, and down.
#include "cuda/wgmma/launch_row_product.cuh"

namespace isoflop::bench::hopper {

template void launch_row_product_as<false, false, Epilogue::kPlain>(const RowLaunch&);
template void launch_row_product_as<false, true, Epilogue::kPlain>(const RowLaunch&);
template void launch_row_product_as<false, false, Epilogue::kGate>(const RowLaunch&);
template void launch_row_product_as<false, true, Epilogue::kGate>(const RowLaunch&);
template void launch_row_product_as<false, false, Epilogue::kPointwise>(const RowLaunch&);
template void launch_row_product_as<false, true, Epilogue::kPointwise>(const RowLaunch&);

}  // namespace isoflop::bench::hopper
