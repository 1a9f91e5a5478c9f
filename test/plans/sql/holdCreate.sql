/* hold.create */ SELECT hold_create($1, $2, $3, $4::int[], $5::int[],
      $6::boolean[], $7, $8, $9, $10, $11,
      $12, $13, $14, $15,
      $16, $17) AS outcome;
