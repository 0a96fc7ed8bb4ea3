// The part of GNU's OpenMP runtime that libtorch_cpu uses, on the threads of the pool.
#pragma once
#include "interpose.h"

// Every name of it that is imported there, with what takes its place; null where the original may stay.
extern const Replacement openmp[];
