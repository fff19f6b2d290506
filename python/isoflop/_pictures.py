"""Which pictures a result has: a method for each kind of figure that suits it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from ._results import Result


class Drawing:
    """Draws one kind of figure of a result, by matplotlib.

    Call it with

    panel : int or str, optional
        One of several panels alone, by its place or title: ``fit.plot.profile("c")``.
    ax : matplotlib Axes, optional
        Where to draw a picture of one panel.
    figure : matplotlib Figure or SubFigure, optional
        Where to draw all panels; a new one by default.
    title : bool
        False leaves out the title and the answer in words, for papers with captions.
    **options
        As of `isoflop.figure`.

    It returns the Axes of one panel or the Figure of several.
    """

    def __init__(self, kind: str, result: Result, panel: int | None, words: str) -> None:
        self._kind, self._result, self._panel = kind, result, panel
        self.__doc__ = f"{words}\n\n{type(self).__doc__}"

    def __call__(
        self,
        panel: int | str | None = None,
        *,
        ax: Axes | None = None,
        figure: Figure | SubFigure | None = None,
        title: bool = True,
        **options: Any,
    ) -> Any:
        from ._verbs import figure as ask

        picture = ask(self._kind, self._result, **options)
        which = self._panel if panel is None else panel
        return picture.plot(ax=ax, figure=figure, panel=which, title=title)


class Picture:
    """A kind of figure as a method of results, or of their `plot`."""

    def __init__(self, kind: str, words: str, panel: int | None = None) -> None:
        self._kind, self._words, self._panel = kind, words, panel
        self.__doc__ = words

    def __get__(self, owner: Any, kind: type | None = None) -> Drawing:
        if owner is None:
            return self  # type: ignore[return-value]
        result = owner._result if isinstance(owner, Plots) else owner
        return Drawing(self._kind, result, self._panel, self._words)


class Plots:
    """Pictures of a result; each is called: ``fit.plot.loss()``."""

    def __init__(self, result: Result) -> None:
        self._result = result

    def __repr__(self) -> str:
        names = [name for name, each in vars(type(self)).items() if isinstance(each, Picture)]
        return "\n".join(f"plot.{name}(): {vars(type(self))[name].__doc__}" for name in names)


class LawPlots(Plots):
    """Pictures of a law, and of the runs that it was fitted to."""

    loss = Picture("loss", "The law through its runs, over compute and over size.")
    isoflop = Picture("loss", "Loss over size, a curve per budget, with the law's optima.", panel=1)
    residuals = Picture("residuals", "How far each run lies from the law.")
    frontier = Picture("frontier", "Compute-optimal size, tokens and G over budgets.")
    profile = Picture("profile", "How the objective rises as each coefficient is moved.")
    coefficients = Picture("coefficients", "How refits to resampled runs scatter, pair by pair.")


class PlanPlots(Plots):
    """Pictures of plans."""

    frontier = Picture("frontier", "Compute-optimal size, tokens and G, with the plans as stars.")
    granularity = Picture("granularity", "The loss over G, and how probable each is.")
    memory = Picture("memory", "Bytes of the shapes in training; of a plan with shapes=.")


class ShapePlots(Plots):
    """Pictures of a shape."""

    memory = Picture("memory", "Bytes in training.")


class CostTablePlots(Plots):
    """Pictures of a cost table."""

    price = Picture("price", "Time per token over granularity, by what multiplies.")
