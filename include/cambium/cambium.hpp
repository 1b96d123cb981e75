// Everything of the typed layer except the codecs: include cambium/codec/cbor.hpp, json.hpp, raw.hpp or
// flatbuffers.hpp for those that the tables use.
#pragma once

#include "cambium/base/error.hpp"
#include "cambium/base/values.hpp"
#include "cambium/constraint.hpp"
#include "cambium/database.hpp"
#include "cambium/foreign_key.hpp"
#include "cambium/index.hpp"
#include "cambium/matches.hpp"
#include "cambium/progress.hpp"
#include "cambium/query.hpp"
#include "cambium/reader.hpp"
#include "cambium/setting.hpp"
#include "cambium/table.hpp"
#include "cambium/transaction.hpp"
#include "cambium/writer.hpp"
