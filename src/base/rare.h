// Where variables stand that most programs never touch: apart from the others, so that those fill
// fewer pages, of which every process has its own.
#pragma once

// A section of zeros that linkers place behind .bss, as of no name of their own. An attribute, for
// which nothing but a macro stands.
#define OX_RARE [[gnu::section(".sbss.rare")]]
