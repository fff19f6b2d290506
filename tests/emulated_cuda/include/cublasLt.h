/// No library of products on the CPU.
#pragma once

#define CUBLAS_VERSION 0
