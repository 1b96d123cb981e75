// What a schema cannot have for a name because it is a macro where generated code is compiled. The compiler is
// asked, as a list kept by hand is never complete: the standard library includes much of the C library, and what
// that defines differs between versions. This file is preprocessed only, and list_macros.cmake makes a list of what
// it leaves defined. It includes what generated code includes and what its users need, and <cmath> and <cfloat>,
// which they often have besides.
#include <cambium/base/values.hpp>
#include <cambium/cambium.hpp>
#include <cambium/codec/cbor.hpp>
#include <cambium/codec/flatbuffers.hpp>
#include <cambium/codec/json.hpp>
#include <cambium/codec/lz4.hpp>
#include <cambium/codec/raw.hpp>
#include <cambium/codec/zlib.hpp>
#include <cambium/codec/zstd.hpp>
#include <cambium/codegen/flatbuffers_record.hpp>
#include <cambium/constraint.hpp>
#include <cambium/evolution.hpp>
#include <cambium/foreign_key.hpp>
#include <cambium/table.hpp>

#include <flatbuffers/flatbuffers.h>

#include <array>
#include <bit>
#include <cfloat>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#ifndef NDEBUG
#define NDEBUG  // whatever this build is, others are optimised
#endif
