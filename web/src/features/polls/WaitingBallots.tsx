import { useWaitingBallots } from "./useBallots.ts";

/** Shows nothing; sends the votes that this device still has when the link is back. */
export default function WaitingBallots() {
  useWaitingBallots();
  return null;
}
