package faults

var restartFaults []fault
