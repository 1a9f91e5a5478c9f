/* hold.extend */ SELECT hold_extend($1, $2, $3, $4, $5, $6, $7,
      CASE WHEN EXISTS (SELECT FROM holds WHERE id = $8 AND client IS NOT NULL) THEN $9::int
        ELSE $10::int END, $11, $12, $13) AS outcome;
