import { Anchor } from "@mantine/core";
import { Fragment } from "react";
import { pieces } from "./links.ts";

/** What somebody has typed, with the addresses in it to follow. */
export function LinkedText({ children }: { children: string }) {
  return pieces(children).map(({ text, address }, at) =>
    address ? (
      <Anchor
        key={at}
        href={text}
        target="_blank"
        rel="noopener noreferrer nofollow"
        inherit
        underline="always"
      >
        {text}
      </Anchor>
    ) : (
      <Fragment key={at}>{text}</Fragment>
    ),
  );
}
