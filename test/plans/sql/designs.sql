/* design.list */ SELECT design.id AS uuid, design.number, design.job_id AS "jobUuid",
    encode(design.sha256, 'hex') AS sha256, design.width, design.height, encode(design.thumbhash, 'base64') AS thumbhash,
    design.dominant_color AS "dominantColor", design.garment, design.prompt, design.similarity, design.likeness,
    design.nearest_product AS "nearestProductKey", design.price, job.ordered->>'currency' AS currency,
    design.trust_score AS "trustScore", design.trust_reason AS "trustReason", design.finished,
    design.created_at AS "createdAt"
  FROM designs design JOIN design_jobs job ON job.id = design.job_id
      WHERE design.owner = $1 AND design.shopper = $2 AND design.number < $3 AND design.finished
      ORDER BY design.number DESC LIMIT $4;
