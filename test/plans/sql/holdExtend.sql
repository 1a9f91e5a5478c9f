/* hold.extend */ SELECT hold_extend($1, $2, $3, $4, $5, $6,
      CASE WHEN EXISTS (SELECT FROM holds WHERE id = $7 AND client IS NOT NULL) THEN $8::int
        ELSE $9::int END, $10, $11, $12) AS outcome;
