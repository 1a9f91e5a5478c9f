/** Prints the most memory that the process had, when it ends: for `--import`. */
process.on('exit', () => {
  process.stdout.write(`\npeak ${process.resourceUsage().maxRSS * 1024}\n`);
});
