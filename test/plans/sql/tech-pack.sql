/* design.garment */ SELECT garment FROM designs WHERE id = $1::uuid AND finished;
