// Seconds as a clock shows them: “04:32”.

export function inDigits(seconds) {
  return `${String(Math.floor(seconds / 60)).padStart(2, "0")}:${String(seconds % 60).padStart(2, "0")}`;
}
