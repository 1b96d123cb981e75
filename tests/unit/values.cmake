# Tests of reflection, key encoding and codecs.
cambium_test(key_test SOURCES key_order.cpp key_format.cpp LINKS cambium::key)
cambium_test(reflect_test SOURCES reflect_fields.cpp reflect_type_names.cpp LINKS cambium::codec)
cambium_test(codec_test
  SOURCES codec_cbor_vectors.cpp codec_errors.cpp codec_flatbuffers.cpp codec_format.cpp codec_malformed.cpp
          codec_raw.cpp codec_round_trip.cpp
  LINKS cambium::codec)
