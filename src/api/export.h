// Marks an entry point. Everything else in the library is hidden.
#pragma once

#define OX_EXPORT extern "C" __attribute__((visibility("default")))
