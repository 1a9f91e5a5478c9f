/* hold.finish */ SELECT hold_finish($1, $2, $3, $4, $5, $6,
      $7) AS outcome;
