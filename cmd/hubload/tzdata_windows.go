package main

import _ "time/tzdata" // Windows has no time zones of its own
