#include "cuda/wgmma/row_launch.hpp"

#include "cuda/wgmma/launch_products.hpp"

namespace isoflop::bench::hopper {

void launch_row_product(Epilogue epilogue, bool transposed, bool gathers,
                        const RowProductMaps& maps, const RowProductArguments& arguments,
                        int clusters, cudaStream_t stream) {
  const RowLaunch launch{maps, arguments, clusters, stream};
  switch (epilogue) {
    case Epilogue::kPlain:
      if (transposed) return launch_row_product_as<true, false, Epilogue::kPlain>(launch);
      return gathers ? launch_row_product_as<false, true, Epilogue::kPlain>(launch)
                     : launch_row_product_as<false, false, Epilogue::kPlain>(launch);
    case Epilogue::kGate:
      return gathers ? launch_row_product_as<false, true, Epilogue::kGate>(launch)
                     : launch_row_product_as<false, false, Epilogue::kGate>(launch);
    case Epilogue::kPointwise:
      return gathers ? launch_row_product_as<false, true, Epilogue::kPointwise>(launch)
                     : launch_row_product_as<false, false, Epilogue::kPointwise>(launch);
    case Epilogue::kDeriveGate:
      return gathers ? launch_row_product_as<true, true, Epilogue::kDeriveGate>(launch)
                     : launch_row_product_as<true, false, Epilogue::kDeriveGate>(launch);
    case Epilogue::kDerivePointwise:
      return gathers ? launch_row_product_as<true, true, Epilogue::kDerivePointwise>(launch)
                     : launch_row_product_as<true, false, Epilogue::kDerivePointwise>(launch);
  }
}

}  // namespace isoflop::bench::hopper
