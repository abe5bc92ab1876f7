"""People in schools, schools in regions: models whose residuals share a cluster."""
