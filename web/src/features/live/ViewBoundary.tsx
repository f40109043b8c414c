import { Center } from "@mantine/core";
import { Component, type ReactNode } from "react";
import { ErrorState } from "@/components/ErrorState.tsx";

/** What goes wrong within one view stays there: the classroom around it goes on. */
export class ViewBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return (
      <Center h="100%">
        {/* Code that did not load is asked for again only by a new page; the stage is the same after it. */}
        <ErrorState error={this.state.error} retry={() => location.reload()} />
      </Center>
    );
  }
}
