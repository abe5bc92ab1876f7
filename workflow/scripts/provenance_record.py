"""Put the claim ledgers of all languages together, and tell what the report was made of and by."""

from pathlib import Path

from trenza.io.job import job

with job(snakemake.log[0]):
    from trenza.io.claims_ledger import join_claims
    from trenza.io.provenance_document import cited_by, document, inputs_of, write_provenance

    study, claims = snakemake.wildcards.study, Path(snakemake.output.claims)
    join_claims([Path(p) for p in snakemake.input.claims], claims)
    inputs = inputs_of(Path(snakemake.input.clean))
    told = document(study, snakemake.params.rules, inputs, cited_by(claims), Path())
    write_provenance(Path(snakemake.output.provenance), told)
