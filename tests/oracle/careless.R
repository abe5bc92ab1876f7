# Indices of careless answering for made answers, with functions of base R (rle, sd, cor, mahalanobis, pchisq).
# Run in this folder: Rscript careless.R. R 4.2.2. Writes careless_answers.csv and careless_indices.csv.
set.seed(4)
people <- 60
scale <- c(rep("a", 5), rep("b", 4), rep("c", 3), rep("d", 4))   # in the order of the questionnaire
low <- c(rep(1, 12), rep(0, 4)); high <- c(rep(4, 12), rep(100, 4))
reversed <- c(2, 7, 12, 14)
x <- sapply(seq_along(scale), function(j) {
  if (high[j] == 4) sample(1:4, people, TRUE) else sample(seq(0, 100, 10), people, TRUE)
})
x[1:3, 1:12] <- 3                                                # the same answer throughout
x[41:60, ][matrix(runif(20 * 16) < 0.15, 20)] <- NA              # the last twenty left answers out
x[60, 1:9] <- NA
colnames(x) <- paste0(scale, seq_along(scale))

keyed <- x
for (j in reversed) keyed[, j] <- low[j] + high[j] - x[, j]
keyed <- sweep(sweep(keyed, 2, low), 2, high - low, "/")

long_string <- apply(x[, 1:12], 1, function(v) { v <- v[!is.na(v)]; max(rle(v)$lengths) / length(v) })
variability <- apply((x[, 1:12] - 1) / 3, 1, sd, na.rm = TRUE)
few <- rowMeans(!is.na(x[, 1:12])) < 0.5
long_string[few] <- NA; variability[few] <- NA
even_odd <- apply(keyed, 1, function(v) {
  halves <- t(sapply(split(v, scale), function(s) {
    c(mean(s[seq_along(s) %% 2 == 1], na.rm = TRUE), mean(s[seq_along(s) %% 2 == 0], na.rm = TRUE))
  }))
  halves <- halves[complete.cases(halves), , drop = FALSE]
  if (nrow(halves) < 3 || min(apply(halves, 2, sd)) < 1e-12) return(NA)
  r <- cor(halves[, 1], halves[, 2])
  max(2 * r / (1 + r), -1)
})
full <- complete.cases(x)
mahalanobis_p <- rep(NA, people)
d2 <- mahalanobis(x[full, ], colMeans(x[full, ]), cov(x[full, ]))
mahalanobis_p[full] <- pchisq(d2, ncol(x), lower.tail = FALSE)

write.csv(x, "careless_answers.csv", row.names = FALSE, na = "", quote = FALSE)
out <- data.frame(long_string, variability, even_odd, mahalanobis = mahalanobis_p)
out[] <- lapply(out, function(v) ifelse(is.na(v), "", sprintf("%.15g", v)))
write.csv(out, "careless_indices.csv", row.names = FALSE, quote = FALSE)
