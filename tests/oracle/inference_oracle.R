# Reference values for tests/oracle/inference_data.csv by R: clubSandwich (CR2, CR1S, Satterthwaite degrees of freedom),
# stats (t tests, fixed effects), MASS (proportional odds). Writes inference_r.csv; the versions are in its rows.
# Usage: Rscript tests/oracle/inference_oracle.R   (Debian: r-cran-clubsandwich, r-cran-mass)
suppressMessages({library(clubSandwich); library(MASS)})
here <- dirname(sub("--file=", "", grep("--file=", commandArgs(FALSE), value = TRUE)))
data <- read.csv(file.path(here, "inference_data.csv"))
out <- data.frame()
keep <- function(set, procedure, estimate, se, df, p, package) {
  version <- paste(package, as.character(packageVersion(package)))
  out <<- rbind(out, data.frame(set, procedure, estimate, se, df, p, software = version))
}
for (set in unique(data$set)) {
  d <- data[data$set == set, ]
  d$cluster <- factor(d$cluster)
  if (set == "items22") {
    fit <- polr(factor(y) ~ first, data = d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
    keep(set, "ordinal", coef(fit)[["first"]], sqrt(vcov(fit)["first", "first"]), NA, NA, "MASS")
    next
  }
  shared <- grepl("within", set)
  fit <- if (shared) lm(y ~ first + cluster, d) else lm(y ~ first, d)
  for (kind in c("CR2", "CR1S")) {
    got <- coef_test(fit, vcov = kind, cluster = d$cluster, test = "Satterthwaite", coefs = "first")
    keep(set, kind, got$beta, got$SE, got$df_Satt, got$p_Satt, "clubSandwich")
  }
  if (!shared) {  # a regression with a covariate, and without an intercept for its own sake
    d$size <- ave(rep(1, nrow(d)), d$cluster, FUN = sum)
    d$z <- round(sin(seq_len(nrow(d))), 6)
    got <- coef_test(lm(y ~ first + size + z, d), vcov = "CR2", cluster = d$cluster, test = "Satterthwaite",
                     coefs = "first")
    keep(set, "CR2 with covariates", got$beta, got$SE, got$df_Satt, got$p_Satt, "clubSandwich")
    means <- aggregate(cbind(y, first) ~ cluster, d, mean)
    got <- t.test(y ~ first, means, var.equal = TRUE)
    keep(set, "cluster means", diff(got$estimate), got$stderr, got$parameter, got$p.value, "stats")
  } else {
    got <- summary(fit)$coefficients["first", ]
    keep(set, "fixed effects", got[1], got[2], fit$df.residual, got[4], "stats")
  }
  for (equal in c(TRUE, FALSE)) {
    got <- t.test(y ~ first, d, var.equal = equal)
    keep(set, if (equal) "Student" else "Welch", diff(got$estimate), got$stderr, got$parameter, got$p.value, "stats")
  }
}
out[, 3:6] <- lapply(out[, 3:6], function(v) signif(v, 15))
write.csv(out, file.path(here, "inference_r.csv"), row.names = FALSE, na = "")
