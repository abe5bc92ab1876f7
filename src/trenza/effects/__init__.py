"""What a programme did, as far as a design lets one say it: cut-offs and regression to the mean."""
