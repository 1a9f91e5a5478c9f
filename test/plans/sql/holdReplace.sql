/* hold.replace */ SELECT hold_replace($1, $2, $3, $4, $5,
      $6::int[], $7::int[], $8::boolean[], $9, $10,
      $11, $12, $13, $14,
      $15, $16, $17,
      $18) AS outcome;
