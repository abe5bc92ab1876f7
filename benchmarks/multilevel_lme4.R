# lme4, and lmerTest's degrees of freedom after it: Rscript benchmarks/multilevel_lme4.R <lme4|lmerTest> <model> <folder> <rounds>
# Prints a line of JSON. lme4 is timed without degrees of freedom, lmerTest with Satterthwaite's.
suppressMessages({library(lme4); library(lmerTest)})
given <- commandArgs(TRUE)
random <- c(a = "(1 | school)", b = "(1 + ses | school)", c = "(1 | muni) + (1 | school)",
            d = "(1 | school) + (1 | schoolyear)", e = "(1 | school) + (1 | secondary)")
real <- c("y", "treat", "ses", "prior", "female", "meanses", "year1", "year2", "year3")
whole <- c("school", "muni", "schoolyear", "secondary")
size <- file.size(file.path(given[3], "y.bin")) / 8
d <- c(lapply(real, function(n) readBin(file.path(given[3], paste0(n, ".bin")), "double", size)),
       lapply(whole, function(n) readBin(file.path(given[3], paste0(n, ".bin")), "integer", size)))
d <- as.data.frame(setNames(d, c(real, whole)))
formula <- as.formula(paste("y ~", paste(real[-1], collapse = " + "), "+", random[[given[2]]]))
fit <- if (given[1] == "lme4") function() lme4::lmer(formula, d) else function() { m <- lmerTest::lmer(formula, d); coef(summary(m)); m }
peak <- function(what) as.numeric(sub("kB", "", sub(paste0(what, ":"), "", grep(what, readLines("/proc/self/status"), value = TRUE)))) / 1024
invisible(gc()); before <- peak("VmRSS")
times <- NULL
for (i in seq_len(as.integer(given[4]))) {
  t <- system.time(m <- suppressWarnings(suppressMessages(fit())))
  times <- rbind(times, c(t[["user.self"]] + t[["sys.self"]], t[["elapsed"]]))
  if (i == 1) above <- peak("VmHWM") - before
}
table <- summary(as(m, "lmerMod"))$coefficients
cat(sprintf('{"cpu": %.6f, "wall": %.6f, "memory": %.1f, "estimate": %.15g, "se": %.15g}\n',
            median(times[, 1]), median(times[, 2]), above, table["treat", 1], table["treat", 2]))
