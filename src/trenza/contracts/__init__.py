"""What crosses a border: tables with typed columns, study files with rules, faults with an address."""
