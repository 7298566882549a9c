// Gives the precompiled header of the tests a translation unit to be built with.
